// The filter form of a list: another comparison asks for other values, so the server is asked for the form again.
document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-reask]")) return;
  ask(event.target.form);
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches("[data-filter-find]")) {
    event.preventDefault();
    ask(event.target.form);
  }
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-filter-ask]");
  if (!button) return;
  event.preventDefault();
  ask(button.form);
});

const ask = (form) => {
  const values = new URLSearchParams(new FormData(form));
  values.set("ask", form.querySelector("button[name=add]").value);
  htmx.ajax("GET", `${form.getAttribute("action")}?${values}`, { target: "#list", swap: "outerMorph" });
};

// What a narrow cell cuts off is told by its title.
const CUT = ".grid td, .grid th[scope=row], .grid td a, .grid .badge, .rail-link > span";

document.addEventListener("pointerover", (event) => {
  const place = event.target.closest?.(CUT);
  const cell = place?.closest("td, th") ?? place;
  if (!cell || cell.title) return;
  const cut = [cell, ...cell.querySelectorAll("a, .badge")].some((one) => one.scrollWidth > one.clientWidth && one.clientWidth);
  if (cut) cell.title = cell.textContent.trim();
});
