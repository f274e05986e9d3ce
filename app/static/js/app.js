// The frame's behaviour: menus, dialogs, palette, shortcuts, notes, charts. Every page works without it, plainer.
import "./menus.js";
import "./palette.js";
import "./lists.js";

const dialog = document.getElementById("dialog");

/** Return whether somebody is typing, so that a letter is a letter and not a shortcut. */
const typing = (target) => target.closest("input, textarea, select, [contenteditable]") !== null;

const press = (key) => {
  const found = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (found) found.click();
  return found !== null;
};

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.altKey) return;
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
    const form = event.target.closest("form[data-mask]") ?? document.querySelector("form[data-mask]");
    if (form) {
      event.preventDefault();
      form.requestSubmit(form.querySelector("[data-save]"));
    }
    return;
  }
  if (event.ctrlKey || event.metaKey || typing(event.target) || document.querySelector("dialog[open]")) return;
  if (event.key === "/") {
    event.preventDefault();
    (document.getElementById("list-search") ?? document.querySelector("[data-search]"))?.focus();
  } else if (event.key === "?") {
    event.preventDefault();
    const link = document.querySelector("[data-shortcuts]");
    if (link) window.htmx?.ajax("GET", link.getAttribute("href"), { target: "#dialog", swap: "innerHTML" });
  } else if (event.key === "e" || event.key === "n") {
    if (press(event.key)) event.preventDefault();
  }
});

// -- dialogs: whatever is swapped into the dialog opens it ------------------------------------------------------------

let opener = null;

export const openDialog = () => {
  if (!dialog || dialog.open || !dialog.firstElementChild) return;
  opener = document.activeElement;
  dialog.showModal();
  dialog.querySelector("[autofocus], input:not([type=hidden]), select, textarea, button")?.focus();
};

dialog?.addEventListener("close", () => {
  dialog.replaceChildren();
  if (opener?.isConnected) opener.focus();
  opener = null;
});

document.addEventListener("click", (event) => {
  const close = event.target.closest("[data-close]");
  if (close) {
    event.preventDefault();
    close.closest("dialog")?.close();
    return;
  }
  if (event.target instanceof HTMLDialogElement && event.target.open) event.target.close(); // beside the dialog
});

// -- notes ------------------------------------------------------------------------------------------------------------

const NOTE_MS = 8000;

const fade = (note) => {
  let timer = setTimeout(() => note.remove(), NOTE_MS);
  const stay = () => clearTimeout(timer);
  const go = () => {
    timer = setTimeout(() => note.remove(), NOTE_MS);
  };
  note.addEventListener("pointerenter", stay);
  note.addEventListener("focusin", stay);
  note.addEventListener("pointerleave", go);
  note.addEventListener("focusout", go);
};

// -- charts: the library is only loaded where there is one ------------------------------------------------------------

const draw = async (within) => {
  const found = within.querySelectorAll?.("[data-chart]:not([data-drawn])") ?? [];
  if (!found.length) return;
  const { drawAll } = await import("./charts.js");
  drawAll(found);
};

const sign = async (within) => {
  const found = within.querySelectorAll?.("[data-passkey]:not([data-bound])") ?? [];
  if (!found.length) return;
  const { bindPasskeys } = await import("./passkeys.js");
  bindPasskeys(found);
};

const settle = (within) => {
  for (const note of within.querySelectorAll?.("[data-toast]") ?? []) fade(note);
  draw(within);
  sign(within);
};

document.addEventListener("htmx:after:swap", () => {
  settle(document.body);
  openDialog();
  const errors = document.getElementById("errors") ?? document.querySelector("#problems [role=alert]");
  errors?.focus({ preventScroll: false });
});

document.addEventListener("dialog:close", () => dialog?.close());

document.querySelector("[data-rail-toggle]")?.addEventListener("click", () => {
  const root = document.documentElement;
  const narrow = root.dataset.rail !== "icons";
  if (narrow) root.dataset.rail = "icons";
  else delete root.dataset.rail;
  try {
    localStorage.setItem("lotse-rail", narrow ? "icons" : "wide");
  } catch {
    // Not kept; the menu still changed.
  }
});

settle(document.body);
