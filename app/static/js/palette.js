// The command palette: Ctrl+K, type, arrows, Enter. What it offers comes from the server.
const dialog = document.getElementById("palette");
const input = dialog?.querySelector("input");
const results = document.getElementById("palette-results");

const options = () => [...results.querySelectorAll("a[role=option]")];

const select = (option) => {
  for (const other of options()) other.setAttribute("aria-selected", String(other === option));
  if (option) {
    input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  } else {
    input.removeAttribute("aria-activedescendant");
  }
};

const open = () => {
  if (!dialog || dialog.open) return;
  dialog.showModal();
  input.select();
  input.dispatchEvent(new CustomEvent("palette:open"));
};

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
    event.preventDefault();
    open();
  }
});

input?.addEventListener("keydown", (event) => {
  const all = options();
  const at = all.findIndex((option) => option.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    if (all.length) select(all[(at + (event.key === "ArrowDown" ? 1 : -1) + all.length) % all.length]);
  } else if (event.key === "Enter") {
    event.preventDefault();
    (all[at] ?? all[0])?.click();
  }
});

document.addEventListener("htmx:after:swap", () => {
  if (dialog?.open) select(options()[0]);
});

for (const hint of document.querySelectorAll("[data-palette-hint]")) hint.hidden = false;
