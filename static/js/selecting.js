// Selecting pictures in a grid. The boxes on the tiles are all that is known of it: pages that
// scrolling adds join them. A picture that the viewer shows before its tile is loaded has a box
// in the form itself until then. The form may be swapped, so nothing here keeps it.
const form = () => document.getElementById("bulk")
const grid = () => document.getElementById("grid")
const boxes = () => [...(form()?.elements ?? [])].filter(({ name }) => name === "image")
const all = () => form().elements.everything
const isTaken = ({ checked }) => checked
const isSelecting = () => grid()?.hasAttribute("data-selecting") || boxes().some(isTaken)
let last = null // where a range begins

const changed = () => document.dispatchEvent(new CustomEvent("selection-changed"))

const take = (box, isOn, isRange) => {
  const row = boxes()
  const from = isRange && row.includes(last) ? row.indexOf(last) : row.indexOf(box)
  const [first, end] = [from, row.indexOf(box)].sort((a, b) => a - b)
  for (const each of row.slice(first, end + 1)) if (!each.closest("[hidden]")) each.checked = isOn
  if (!isOn) all().checked = false
  last = box
  changed()
}

const clear = () => {
  for (const box of boxes()) box.checked = false
  for (const carried of form().querySelectorAll("[name=image]")) carried.remove()
  all().checked = false
  last = null
  setMode(false)
}

const setMode = (isOn) => {
  grid()?.toggleAttribute("data-selecting", isOn)
  document.querySelector("[data-select-mode]")?.setAttribute("aria-pressed", String(isOn))
  changed()
}

// Before the viewer opens what is clicked.
const clicked = (event) => {
  const { target, shiftKey, ctrlKey, metaKey, altKey } = event
  const tile = target.closest("#grid > .tile")
  const box = tile?.querySelector(".pick input")
  if (target.closest("[data-unselect]")) return clear()
  if (target.closest("[data-select-mode]")) return isSelecting() ? clear() : setMode(true)
  if (target.closest("[data-pick]")) return takeShown()
  if (!box || ctrlKey || metaKey || altKey) return
  if (target === box) return take(box, box.checked, shiftKey)
  const isByKey = event.detail === 0 // Enter opens the picture all the same
  if (!target.closest(".tile-link") || !(shiftKey || (isSelecting() && !isByKey))) return
  event.preventDefault()
  take(box, shiftKey || !box.checked, shiftKey)
}

const takeShown = () => {
  const id = document.getElementById("viewer-content").dataset.picture
  const box = boxes().find(({ value }) => value === id) ?? carry(id)
  take(box, !box.checked)
}

const carry = (id) => {
  const box = Object.assign(document.createElement("input"), { type: "checkbox", name: "image", value: id, hidden: true })
  form().append(box)
  return box
}

const joined = ({ detail: { elt } }) => {
  for (const box of elt.querySelectorAll?.("[form=bulk][name=image]") ?? []) {
    const carried = form().querySelector(`[name=image][value="${box.value}"]`)
    box.checked = all().checked || Boolean(carried?.checked)
    carried?.remove()
  }
  changed()
}

const selecting = (work) => (event) => { if (form()) work(event) }
document.addEventListener("click", selecting(clicked), true)
document.addEventListener("selection-clear", selecting(clear))
document.addEventListener("selection-range", selecting(({ detail }) => take(detail, true, true)))
document.addEventListener("htmx:load", selecting(joined))
document.addEventListener("change", selecting(({ target }) => {
  if (target !== all()) return
  for (const box of boxes()) if (!box.closest("[hidden]")) box.checked = target.checked
  changed()
}))
// Django counts fields, and refuses a thousand: they go as one.
document.addEventListener("formdata", selecting(({ target, formData }) => {
  if (target !== form()) return
  const keys = all().checked ? [] : formData.getAll("image")
  formData.delete("image")
  formData.set("image", keys.join(" "))
}))
