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

// Where the site is installed it says by itself that it cannot be reached; a browser has its own page.
const { worker } = document.body.dataset;
if (worker && "serviceWorker" in navigator && matchMedia("(display-mode: standalone)").matches) {
  navigator.serviceWorker.register(worker).catch(() => {}); // then the browser says it
}

// Buttons that only a script can serve are hidden until there is one.
const show = () => {
  for (const button of document.querySelectorAll("[data-print]")) button.hidden = false;
};
document.addEventListener("DOMContentLoaded", show);
document.addEventListener("htmx:afterSwap", show);
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});

// A region that was swapped in is read from its heading, or from what is wrong with it.
document.addEventListener("htmx:afterSettle", (event) => {
  const region = event.target;
  (region.matches("[data-focus]") ? region : region.querySelector("[data-focus]"))?.focus();
});

// Folds stay as they were over a swap; on a wide screen a person's own figures stand open.
const wide = window.matchMedia("(min-width: 48rem)");
const opened = new Map();
const keepFolds = () => {
  for (const fold of document.querySelectorAll("[data-keep]")) {
    if (opened.has(fold.id)) fold.open = fold.open || opened.get(fold.id);
    else if (wide.matches && fold.matches("[data-wide-open]")) fold.open = true;
  }
};
keepFolds(); // the page has been read when a deferred script runs; before it is shown, if it can

// What a person looks at stays where it is when a region is swapped: the figure that they just
// changed, else the first thing with a name that can be seen. Where the page cannot be scrolled as
// far as that takes, room is left instead. Only what went wrong is brought into sight.
let held = null;
const room = new CSSStyleSheet(); // a style attribute would be carried over, and refused
const leaveRoom = (above, below) =>
  room.replaceSync(`#plan { padding-block: ${above}px ${below}px; }`);
let changed = null; // the id of what was changed last: a swap takes the focus from it
const isSeen = (one) => {
  const { top, bottom } = one.getBoundingClientRect();
  return bottom > 0 && top < innerHeight;
};
const named = () => {
  changed = document.activeElement?.closest("#plan [id]")?.id ?? changed;
  const last = changed && document.getElementById(changed);
  if (last && isSeen(last)) return last;
  const all = [...document.querySelectorAll("#plan [id]")];
  return all.find((one) => one.getBoundingClientRect().top >= 0);
};
const moved = () => document.getElementById(held.id).getBoundingClientRect().top - held.top;
// The answer keeps the height that it had while a better plan was awaited: it was given a line to
// spare (see the sheet), so that a longer sentence moves nothing.
const kept = new CSSStyleSheet();
document.adoptedStyleSheets = [room, kept];
const keepHeight = (target) => {
  const answer = document.querySelector("[data-awaits] > .answer");
  if (!answer && target.id !== "plan") return;
  const height = answer ? `${answer.getBoundingClientRect().height}px` : "0";
  kept.replaceSync(`@layer components { .answer { min-height: ${height}; } }`);
};
wide.addEventListener("change", () => kept.replaceSync(""));
document.addEventListener("htmx:beforeSwap", (event) => {
  keepHeight(event.detail.target);
  for (const fold of document.querySelectorAll("[data-keep]")) opened.set(fold.id, fold.open);
  const one = named();
  held = one ? { id: one.id, top: one.getBoundingClientRect().top } : null;
});
document.addEventListener("htmx:afterSwap", (event) => {
  keepFolds();
  const wrong = document.querySelector("#plan > [role=alert], #plan [aria-invalid=true]");
  if (event.target.id === "plan" && wrong) wrong.scrollIntoView({ block: "center" });
  else if (held && document.getElementById(held.id)) {
    leaveRoom(0, 0);
    window.scrollBy({ top: moved(), behavior: "instant" });
    const left = Math.round(moved());
    if (left) leaveRoom(Math.max(-left, 0), Math.max(left, 0));
    window.scrollBy({ top: moved(), behavior: "instant" });
  }
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-dismiss]")) event.target.closest(".change").remove();
});
