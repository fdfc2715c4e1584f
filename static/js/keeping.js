// What becomes of a picture shows wherever it is on the page: its hearts, its tile, its galleries.
const placing = document.getElementById("placing")
const all = (selector) => document.querySelectorAll(selector)

document.addEventListener("picture-marked", ({ detail }) => {
  for (const heart of all(`[data-favours="${detail.id}"]`)) {
    heart.setAttribute("aria-pressed", String(detail.is))
    heart.value = detail.is ? "0" : "1"
  }
})

const isInTrash = Boolean(document.querySelector('[data-list="trash"]'))
const hide = (id, isGone) => { for (const tile of all(`.tile[data-picture="${id}"]`)) tile.hidden = isGone }

document.addEventListener("picture-trashed", ({ detail }) => hide(detail.id, !isInTrash))
document.addEventListener("picture-purged", ({ detail }) => hide(detail.id, true))
document.addEventListener("picture-restored", ({ detail }) => {
  hide(detail.id, isInTrash)
  // Once the answer is on the page: htmx looks for its places around the button.
  setTimeout(() => all(`.undo[formaction*="${detail.id}"]`).forEach((undo) => undo.closest(".toast").remove()))
})

document.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (detail.target === placing && placing.firstElementChild && !placing.open) placing.showModal()
})
document.addEventListener("picture-placed", () => placing.close())
