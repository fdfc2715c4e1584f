// Prompt history and presets in dialogs: opened once they are loaded; a prompt that is chosen is
// put into the composer.
document.addEventListener("htmx:afterSwap", ({ detail }) => {
  const dialog = detail.target.matches?.("#history-body, #presets-body") && detail.target.closest("dialog")
  if (dialog && !dialog.open) dialog.showModal()
})

document.addEventListener("click", (event) => {
  const link = event.target.closest("dialog [data-use]")
  const prompt = document.getElementById("prompt")
  if (!link || !prompt || event.ctrlKey || event.metaKey || event.shiftKey) return
  event.preventDefault()
  prompt.value = link.textContent
  link.closest("dialog").close()
  prompt.focus()
  prompt.dispatchEvent(new Event("input", { bubbles: true }))
})
