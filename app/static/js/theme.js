// Runs before the first paint: which colours, and whether the side menu is narrow. Everything else is a module.
(() => {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const follow = () => {
    if (root.dataset.theme === "auto") root.dataset.bsTheme = dark.matches ? "dark" : "light";
  };
  follow();
  dark.addEventListener("change", follow);
  try {
    if (localStorage.getItem("lotse-rail") === "icons") root.dataset.rail = "icons";
  } catch {
    // A browser that keeps nothing shows the wide menu.
  }
})();
