// What the selection's bar says, and what becomes of the tiles once something was done to them.
const form = () => document.getElementById("bulk") // it may be swapped
const isInTrash = Boolean(document.querySelector('[data-list="trash"]'))

const say = () => {
  const [status, count] = [document.getElementById("selection-status"), document.querySelector("[data-count]")]
  const number = [...form().elements].filter(({ name, checked }) => name === "image" && checked).length
  const text = form().elements.everything.checked ? "All selected" : number ? `${number.toLocaleString("en")} selected` : ""
  if (count.textContent !== text) status.textContent = count.textContent = text
  // A key of the bar's is one only while something is selected.
  for (const button of form().querySelectorAll("[data-selection-key]")) {
    if (text) button.dataset.key = button.dataset.selectionKey
    else delete button.dataset.key
  }
  document.querySelector("[data-select-mode]")?.setAttribute("aria-pressed", String(Boolean(text) || document.getElementById("grid").hasAttribute("data-selecting")))
  sayShown()
}

// In the viewer, too.
const sayShown = () => {
  const button = document.querySelector("#viewer [data-pick]")
  if (!button) return
  const id = document.getElementById("viewer-content").dataset.picture
  button.setAttribute("aria-pressed", String([...form().elements].some(({ name, value, checked }) => name === "image" && checked && value === id)))
}

const TAKEN = { trashed: !isInTrash, purged: true, restored: isInTrash }

const done = ({ event, keys, moment }) => {
  const ids = new Set(keys.split(" "))
  const tiles = [...document.querySelectorAll("#grid > .tile")].filter(({ dataset }) => ids.has(dataset.picture))
  if (event in TAKEN) for (const tile of tiles) tile.hidden = TAKEN[event]
  // They were thrown away before this page was loaded.
  if (event === "restored" && !isInTrash && !tiles.length) htmx.ajax("GET", location.href, { target: "#grid", select: "#grid", swap: "outerHTML" })
  if (event === "marked" || event === "unmarked") mark(ids, event === "marked")
  if (event in TAKEN) tidy()
  if (moment) setTimeout(() => document.querySelectorAll(`.undo[formaction*="${moment}"]`).forEach((undo) => undo.closest(".toast").remove()))
  else if (event in TAKEN) document.dispatchEvent(new CustomEvent("selection-clear"))
  document.getElementById("asking").close()
}

const mark = (ids, isOn) => {
  for (const heart of document.querySelectorAll("[data-favours]")) {
    if (!ids.has(heart.dataset.favours)) continue
    heart.setAttribute("aria-pressed", String(isOn))
    heart.value = isOn ? "0" : "1"
  }
}

// A day of which nothing is left needs no heading.
const tidy = () => {
  let heading = null
  for (const item of document.querySelectorAll("#grid > li")) {
    if (item.matches(".grid-date")) { heading = item; heading.hidden = true }
    else if (heading && item.matches(".tile:not([hidden])")) heading.hidden = false
  }
}

document.addEventListener("selection-changed", () => { if (form()) say() })
document.addEventListener("htmx:oobAfterSwap", () => {
  const outcome = document.getElementById("selection-outcome")
  if (!outcome?.dataset.event) return
  if (!form()) return location.reload() // undone on a page that had nothing to show
  done({ ...outcome.dataset })
  delete outcome.dataset.event
})
for (const type of ["picture-trashed", "picture-restored"]) document.addEventListener(type, () => setTimeout(tidy))
if (form()) say()
