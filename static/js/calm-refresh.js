// A part marked data-calm renews itself by htmx, but only while somebody looks at the page and
// is not in the middle of a press; a page that is looked at again asks at once.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target.matches("[data-calm]") && (document.hidden || event.target.matches(":active"))) event.preventDefault();
});

document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  for (const part of document.querySelectorAll("[data-calm]")) part.dispatchEvent(new Event("look-now"));
});
