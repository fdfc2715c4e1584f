// The library in a dialog: opens once it is loaded, closes once a picture has been chosen.
const dialog = document.getElementById("picker")

document.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (detail.target.id === "picker-body" && !dialog.open) dialog.showModal()
})

document.addEventListener("htmx:afterRequest", ({ target, detail }) => {
  if (!dialog.contains(target) || !target.matches(".tile-link") || !detail.successful) return
  dialog.close()
  document.getElementById("instruction").focus()
})
