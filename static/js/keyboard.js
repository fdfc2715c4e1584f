// Single keys: an element names its own by data-key. They never fire inside a field, and a switch
// in the list of shortcuts turns them off on this device.
const OFF = "keys-off"
const FIELDS = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]"

const control = document.getElementById("single-keys")
if (control) {
  control.checked = !localStorage.getItem(OFF)
  control.addEventListener("change", () => {
    if (control.checked) localStorage.removeItem(OFF)
    else localStorage.setItem(OFF, "1")
  })
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.(FIELDS)) return
  if (localStorage.getItem(OFF) || document.querySelector("dialog:modal")) return
  const wanted = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`)
  if (!wanted) return
  event.preventDefault()
  if (wanted.matches(FIELDS)) wanted.focus()
  else wanted.click()
})
