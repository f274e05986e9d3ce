// Menus are <details>: they open without JavaScript. Here they close by themselves and listen to arrow keys.
const OPEN = "details.menu[open]";

const close = (menu, { refocus = false } = {}) => {
  menu.open = false;
  if (refocus) menu.querySelector("summary")?.focus();
};

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll(OPEN)) {
    if (!menu.contains(event.target) && event.target.isConnected) close(menu);
  }
});

document.addEventListener("focusin", (event) => {
  for (const menu of document.querySelectorAll(OPEN)) {
    if (!menu.contains(event.target)) close(menu);
  }
});

document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.(OPEN);
  if (!menu) return;
  if (event.key === "Escape") {
    event.preventDefault();
    close(menu, { refocus: true });
    return;
  }
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const items = [...menu.querySelectorAll(".menu-panel a[href], .menu-panel button")];
  if (!items.length || event.target.matches("input, select, textarea")) return;
  event.preventDefault();
  const at = items.indexOf(document.activeElement);
  const step = event.key === "ArrowDown" ? 1 : -1;
  items[(at + step + items.length) % items.length].focus();
});

// On a phone the bar holds what fits; its button opens the whole menu.
const rail = document.querySelector(".rail");
const opener = rail?.querySelector("[data-rail-open]");

const unfold = (open) => {
  rail.toggleAttribute("data-open", open);
  opener.setAttribute("aria-expanded", String(open));
};

if (opener) {
  opener.hidden = false;
  opener.addEventListener("click", () => unfold(!rail.hasAttribute("data-open")));
  document.addEventListener("click", (event) => {
    if (!rail.contains(event.target)) unfold(false);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !rail.hasAttribute("data-open")) return;
    unfold(false);
    opener.focus();
  });
}
