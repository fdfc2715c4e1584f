// data-copy names the element whose text a button copies.
document.addEventListener("click", async ({ target }) => {
  const button = target.closest("[data-copy]")
  if (!button) return
  const text = document.querySelector(button.dataset.copy).textContent.trim()
  const detail = await copied(text)
    ? { text: "Copied" }
    : { text: "The browser does not let this page copy. Select the text instead.", danger: true }
  document.dispatchEvent(new CustomEvent("toast", { detail }))
})

const copied = async (text) => {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return false // no permission, or a page that did not come by HTTPS
  }
}
