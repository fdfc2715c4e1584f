// The dialog that asks what else must be known before something is done to the selection.
const asking = () => document.getElementById("asking")

document.addEventListener("htmx:afterSwap", ({ detail }) => {
  const dialog = asking()
  if (!dialog || detail.target !== dialog || detail.xhr.getResponseHeader("HX-Reswap") === "none") return
  document.getElementById("selection-more")?.hidePopover?.()
  if (!dialog.open) dialog.showModal()
})
document.addEventListener("submit", ({ target }) => {
  if (target.matches("[data-closes]")) setTimeout(() => asking()?.close()) // once it is sent
})
