// Masks: tabs, pickers, fields that depend on others, child rows, nothing typed is lost. Every form works without it.
const DELAY_MS = 150;
const FORM = "form[data-mask]";

// -- tabs: links to panels become a tablist ---------------------------------------------------------------------------

let chosenTab = null;

const panelOf = (tab) => document.getElementById(tab.dataset.tab);

const select = (nav, wanted, { focus = false } = {}) => {
  for (const tab of nav.querySelectorAll("[data-tab]")) {
    const on = tab === wanted;
    const panel = panelOf(tab);
    tab.setAttribute("aria-selected", String(on));
    tab.tabIndex = on ? 0 : -1;
    if (panel) panel.hidden = !on;
    if (on && focus) tab.focus();
  }
  chosenTab = wanted.dataset.tab;
};

const setUpTabs = () => {
  for (const nav of document.querySelectorAll("[data-tabs]")) {
    const tabs = [...nav.querySelectorAll("[data-tab]")];
    nav.setAttribute("role", "tablist");
    nav.closest("[data-mask-body]")?.setAttribute("data-tabbed", "");
    for (const tab of tabs) {
      tab.setAttribute("role", "tab");
      tab.setAttribute("aria-controls", tab.dataset.tab);
      const panel = panelOf(tab);
      panel?.setAttribute("role", "tabpanel");
      panel?.setAttribute("aria-labelledby", tab.id);
    }
    const target = location.hash.length > 1 ? document.getElementById(decodeURIComponent(location.hash.slice(1))) : null;
    const wanted =
      tabs.find((tab) => tab.dataset.tab === chosenTab) ??
      tabs.find((tab) => panelOf(tab)?.querySelector('[aria-invalid="true"], .invalid-feedback')) ??
      tabs.find((tab) => target && panelOf(tab)?.contains(target)) ??
      tabs[0];
    if (wanted) select(nav, wanted);
  }
};

const moveTab = (tab, event) => {
  const nav = tab.closest("[data-tabs]");
  const tabs = [...nav.querySelectorAll("[data-tab]")];
  const here = tabs.indexOf(tab);
  const to = { ArrowRight: here + 1, ArrowLeft: here - 1, Home: 0, End: tabs.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  select(nav, tabs[(to + tabs.length) % tabs.length], { focus: true });
};

/** Make an element visible: choose its tab, open its section. */
const reveal = (element) => {
  const panel = element.closest("[data-panel]");
  const tab = panel && document.querySelector(`[data-tab="${CSS.escape(panel.id)}"]`);
  if (tab) select(tab.closest("[data-tabs]"), tab);
  for (let around = element.closest("details"); around; around = around.parentElement.closest("details")) {
    around.open = true;
  }
};

// -- pickers ----------------------------------------------------------------------------------------------------------

let asked = 0;
let timer = 0;

const pickerParts = (input) => {
  const picker = input.closest("[data-picker]");
  const list = picker && document.getElementById(input.getAttribute("aria-controls"));
  return picker && list ? { picker, list } : null;
};

const shut = (input) => {
  const parts = pickerParts(input);
  clearTimeout(timer);
  asked += 1;
  input.setAttribute("aria-expanded", "false");
  input.removeAttribute("aria-activedescendant");
  if (parts) parts.list.hidden = true;
};

const address = (picker) => {
  const kind = picker.parentElement.querySelector("[data-picker-kind]");
  if (!kind) return picker.dataset.pick;
  return kind.value ? `/pick/${kind.value}` : null;
};

const ask = async (input) => {
  const parts = pickerParts(input);
  const url = parts && address(parts.picker);
  if (!url) return;
  const mine = (asked += 1);
  input.classList.add("picker-busy");
  try {
    const query = new URLSearchParams({ q: input.value, prefix: parts.list.id });
    const answer = await fetch(`${url}?${query}`, { headers: { "HX-Request": "true" } });
    const html = answer.ok ? await answer.text() : "";
    if (mine !== asked || !answer.ok) return;
    parts.list.innerHTML = html;
    parts.list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    input.removeAttribute("aria-activedescendant");
  } catch {
    // No answer: what was typed stays, and the server looks it up when the form is saved.
  } finally {
    input.classList.remove("picker-busy");
  }
};

const askSoon = (input) => {
  clearTimeout(timer);
  timer = setTimeout(() => ask(input), DELAY_MS);
};

const addItem = (picker, id, label) => {
  const items = picker.querySelector("[data-picker-items]");
  const known = items.querySelector(`input[value="${CSS.escape(id)}"]`);
  if (known) {
    known.checked = true;
    return;
  }
  const line = document.createElement("label");
  const box = document.createElement("input");
  const text = document.createElement("span");
  line.className = "form-check";
  Object.assign(box, { type: "checkbox", name: picker.dataset.many, value: id, className: "form-check-input" });
  box.checked = true;
  box.setAttribute("checked", "");
  text.className = "form-check-label";
  text.textContent = label;
  line.append(box, text);
  items.append(line);
};

const take = (input, id, label) => {
  const { picker } = pickerParts(input);
  if (picker.dataset.many) {
    addItem(picker, id, label);
    input.value = "";
  } else {
    picker.querySelector("[data-picker-id]").value = id;
    picker.querySelector("[data-picker-label]").value = label;
    input.value = label;
  }
  shut(input);
  input.dispatchEvent(new Event("change", { bubbles: true }));
};

const choose = (input, option) => {
  if (option.getAttribute("aria-disabled") === "true") return;
  if (option.dataset.create) {
    shut(input);
    quick(option.dataset.create, input.id);
  } else {
    take(input, option.dataset.value, option.dataset.label);
  }
};

const moveOption = (input, step) => {
  const { list } = pickerParts(input);
  const options = [...list.querySelectorAll('[role="option"]:not([aria-disabled="true"])')];
  if (!options.length) return;
  const here = options.findIndex((option) => option.id === input.getAttribute("aria-activedescendant"));
  const next = options[here < 0 ? (step > 0 ? 0 : options.length - 1) : (here + step + options.length) % options.length];
  for (const option of options) option.setAttribute("aria-selected", String(option === next));
  input.setAttribute("aria-activedescendant", next.id);
  next.scrollIntoView({ block: "nearest" });
};

const pickerKey = (input, event) => {
  const open = input.getAttribute("aria-expanded") === "true";
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    if (open) moveOption(input, event.key === "ArrowDown" ? 1 : -1);
    else ask(input);
  } else if (event.key === "Enter" && open) {
    const active = document.getElementById(input.getAttribute("aria-activedescendant") ?? "");
    event.preventDefault();
    if (active) choose(input, active);
    else shut(input);
  } else if (event.key === "Escape" && open) {
    event.preventDefault();
    event.stopPropagation();
    shut(input);
  }
};

/** Open the mask for creating a record in place; its answer is the event `mask:picked`. */
const quick = (url, field) => {
  const wanted = new URL(url, location.href);
  wanted.searchParams.set("field", field);
  window.htmx?.ajax("GET", wanted.pathname + wanted.search, { target: "#dialog", swap: "innerHTML" });
};

document.addEventListener("mask:picked", (event) => {
  const { field, id, label } = event.detail ?? {};
  const input = field ? document.getElementById(field) : null;
  if (input && id !== undefined) {
    take(input, String(id), String(label));
    input.focus();
  }
});

// -- fields that depend on others, child rows: the mask is asked for anew ---------------------------------------------

let openSections = new Set();
let after = null;

const refresh = (form) => {
  openSections = new Set([...form.querySelectorAll("details[open]")].map((section) => section.id));
  form.dispatchEvent(new CustomEvent("mask:refresh"));
};

const dropAction = (form) => form.querySelector("input[data-action]")?.remove();

/** Ask for the mask with a button's action; the button itself is for browsers without JavaScript. */
const act = (form, button) => {
  const action = document.createElement("input");
  dropAction(form);
  Object.assign(action, { type: "hidden", name: "_action", value: button.value });
  action.dataset.action = "";
  form.append(action);
  after = { lines: button.closest(".lines")?.id, action: button.value };
  refresh(form);
};

/** Let inputs show what the server says: a morph keeps what was typed, but rows have changed places. */
const reset = (within) => {
  for (const input of within.querySelectorAll("input, textarea, option")) {
    if (input instanceof HTMLOptionElement) input.selected = input.defaultSelected;
    else if (input.type === "checkbox") input.checked = input.defaultChecked;
    else input.value = input.defaultValue;
  }
};

const settleLines = () => {
  const lines = after?.lines ? document.getElementById(after.lines) : null;
  if (!lines) return;
  reset(lines);
  const [, , verb, number] = after.action.split(":");
  const rows = lines.querySelectorAll("tbody tr");
  const to = { up: Number(number) - 1, down: Number(number) + 1 }[verb];
  const wanted =
    verb === "add"
      ? rows[rows.length - 1]?.querySelector("input:not([type=hidden]), select, textarea")
      : (rows[Math.max(0, Math.min(to, rows.length - 1))]?.querySelector(`[value*=":${verb}:"]`) ??
        lines.querySelector("[data-lines-action]"));
  wanted?.focus();
  after = null;
};

document.addEventListener("htmx:after:swap", () => {
  for (const form of document.querySelectorAll(FORM)) dropAction(form);
  for (const id of openSections) {
    const section = document.getElementById(id);
    if (section) section.open = true;
  }
  openSections = new Set();
  setUpTabs();
  settleLines();
});

// -- nothing typed is lost --------------------------------------------------------------------------------------------

const changed = new WeakSet();

const isChanged = () => [...document.querySelectorAll(FORM)].some((form) => changed.has(form));

addEventListener("beforeunload", (event) => {
  if (isChanged()) event.preventDefault();
});

// -- what people do ---------------------------------------------------------------------------------------------------

document.addEventListener("input", (event) => {
  const form = event.target.closest(FORM);
  if (form) changed.add(form);
  if (event.target.matches('[data-picker] [role="combobox"]')) askSoon(event.target);
});

document.addEventListener("change", (event) => {
  const form = event.target.closest(FORM);
  if (!form) return;
  changed.add(form);
  if (event.target.matches("[data-picker-kind]")) {
    const around = event.target.parentElement;
    for (const input of around.querySelectorAll("[data-picker] input")) input.value = "";
  }
  if (event.target.closest("[data-refresh]") && form.getAttribute("hx-trigger")?.includes("mask:refresh")) refresh(form);
});

document.addEventListener("submit", (event) => {
  if (!event.target.matches(FORM)) return;
  changed.delete(event.target);
  dropAction(event.target);
});

document.addEventListener("click", (event) => {
  const { target } = event;
  const tab = target.closest("[data-tab]");
  const link = target.closest('a[href^="#"]');
  const button = target.closest("[data-lines-action]");
  const creating = target.closest("[data-quick]");
  const option = target.closest(".picker-list [role='option']");
  if (tab) {
    event.preventDefault();
    select(tab.closest("[data-tabs]"), tab);
    history.replaceState(history.state, "", `#${tab.dataset.tab}`);
  } else if (link && link.hash.length > 1) {
    const wanted = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (wanted?.closest("[data-mask-body]")) {
      event.preventDefault();
      reveal(wanted);
      wanted.focus();
    }
  } else if (button?.form?.getAttribute("hx-trigger")?.includes("mask:refresh")) {
    event.preventDefault();
    changed.add(button.form);
    act(button.form, button);
  } else if (creating && window.htmx && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    quick(creating.href, new URL(creating.href).searchParams.get("field"));
  } else if (option) {
    choose(document.querySelector(`[aria-controls="${CSS.escape(option.parentElement.id)}"]`), option);
  } else if (target.closest("[data-cancel]")) {
    for (const form of document.querySelectorAll(FORM)) changed.delete(form);
  }
});

// Pressing an option must not take the focus from its input, which would shut the list.
document.addEventListener("pointerdown", (event) => {
  if (event.target.closest(".picker-list")) event.preventDefault();
});

document.addEventListener("focusout", (event) => {
  if (event.target.matches('[data-picker] [role="combobox"]')) shut(event.target);
});

document.addEventListener("keydown", (event) => {
  const { target } = event;
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
    const form = target.closest?.(FORM) ?? document.querySelector(FORM);
    if (form) {
      event.preventDefault();
      form.requestSubmit(form.querySelector("[data-save]"));
    }
  } else if (target.matches?.('[data-picker] [role="combobox"]')) {
    pickerKey(target, event);
  } else if (target.matches?.("[data-tab]")) {
    moveTab(target, event);
  }
});

setUpTabs();
(document.getElementById("errors") ?? document.getElementById("conflict"))?.focus();
// What comes back refused isn't saved: whoever leaves the page is asked first.
for (const form of document.querySelectorAll(FORM)) {
  if (form.querySelector("#errors, #conflict")) changed.add(form);
}
