// Requests that fail would otherwise fail silently.
const failure = () => document.getElementById("failure");
for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, () => {
    failure().hidden = false;
    failure().scrollIntoView({ block: "nearest" });
  });
}
document.addEventListener("htmx:beforeRequest", () => {
  failure().hidden = true;
});

// Buttons that only a script can serve are hidden until there is one.
const show = () => {
  for (const button of document.querySelectorAll("[data-print]")) button.hidden = false;
};
document.addEventListener("DOMContentLoaded", show);
document.addEventListener("htmx:afterSwap", show);
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});

// After a change, what it did is read and seen: above on the page, if the form was further down.
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target.id !== "plan") return;
  const said = document.querySelector("#plan > [role=alert], #plan [aria-invalid=true]");
  if (said) said.scrollIntoView({ block: "center" });
});

// A region that was swapped in is read from its heading, or from what is wrong with it.
document.addEventListener("htmx:afterSettle", (event) => {
  const region = event.target;
  (region.matches("[data-focus]") ? region : region.querySelector("[data-focus]"))?.focus();
});
