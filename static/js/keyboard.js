// Single keys: an element names its own by data-key. They never fire inside a field, and a switch
// in the list of shortcuts turns them off on this device. While the viewer is open, they reach what
// is in it and what is marked to work everywhere; while any other dialog is open, nothing.
const OFF = "keys-off"
const FIELDS = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]"
const ALIKE = { "=": "+", Backspace: "Delete" } // the same key without Shift, and on a Mac

const control = document.getElementById("single-keys")
if (control) {
  control.checked = !localStorage.getItem(OFF)
  control.addEventListener("change", () => {
    if (control.checked) localStorage.removeItem(OFF)
    else localStorage.setItem(OFF, "1")
  })
}

const wantedBy = (key) => {
  const dialogs = [...document.querySelectorAll("dialog:modal")]
  if (dialogs.some(({ id }) => id !== "viewer")) return null
  const named = `[data-key="${CSS.escape(key)}"]`
  const [viewer] = dialogs
  const own = document.activeElement?.closest(".tile")?.querySelector(`[data-tile-key="${CSS.escape(key)}"]`)
  if (own && !viewer) return own
  if (viewer) return viewer.querySelector(named) ?? document.querySelector(`${named}[data-everywhere]`)
  return document.querySelector(`${named}:not(dialog *)`)
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.(FIELDS)) return
  if (localStorage.getItem(OFF)) return
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key
  const wanted = wantedBy(ALIKE[key] ?? key)
  if (!wanted) return
  event.preventDefault()
  if (wanted.matches(FIELDS)) wanted.focus()
  else wanted.click()
})
