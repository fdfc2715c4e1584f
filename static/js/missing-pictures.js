// A picture whose file can't be had says so in its place, under its words.
const MISSING = "The file can’t be loaded"

const tell = (picture) => {
  const place = picture.closest(".tile, .stage-pic .fit")
  if (!place || place.querySelector(".missing")) return
  const note = document.createElement("p")
  note.className = "missing"
  note.textContent = MISSING
  place.append(note)
}

document.addEventListener("error", ({ target }) => {
  if (target instanceof HTMLImageElement) tell(target)
}, true)
document.addEventListener("load", ({ target }) => {
  if (target instanceof HTMLImageElement) target.closest(".tile, .stage-pic .fit")?.querySelector(".missing")?.remove()
}, true)
for (const picture of document.images) if (picture.complete && picture.currentSrc && !picture.naturalWidth) tell(picture)
