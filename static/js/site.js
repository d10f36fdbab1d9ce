// Requests that fail would otherwise fail silently.
for (const failure of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(failure, () => {
    document.getElementById("failure").hidden = false;
  });
}
document.addEventListener("htmx:beforeRequest", () => {
  document.getElementById("failure").hidden = true;
});
