// In a grid of tiles the arrows move from picture to picture, with Shift they select on the way,
// and Esc clears the selection.
const tiles = () => [...document.querySelectorAll("#grid > .tile:not([hidden])")]
const isBusy = () => document.querySelector("dialog:modal, :popover-open")

const beside = (here, step) => {
  const row = tiles()
  return row[row.indexOf(here) + step]
}

// The nearest one in the next row up or down.
const across = (here, way) => {
  const from = here.getBoundingClientRect()
  const middle = from.left + from.width / 2
  const far = (tile) => {
    const { left, width, top } = tile.getBoundingClientRect()
    return { tile, rows: way * (top - from.top), side: Math.abs(left + width / 2 - middle) }
  }
  const ahead = tiles().map(far).filter(({ rows }) => rows > 1)
  const nearest = Math.min(...ahead.map(({ rows }) => rows))
  return ahead.filter(({ rows }) => rows < nearest + 2).sort((a, b) => a.side - b.side)[0]?.tile
}

const STEPS = {
  ArrowLeft: (here) => beside(here, -1),
  ArrowRight: (here) => beside(here, 1),
  ArrowUp: (here) => across(here, -1),
  ArrowDown: (here) => across(here, 1),
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isBusy()) return
  if (event.key === "Escape") return document.dispatchEvent(new CustomEvent("selection-clear"))
  const here = document.activeElement?.closest("#grid > .tile")
  const next = here && STEPS[event.key]?.(here)
  if (!next) return
  event.preventDefault()
  if (event.shiftKey) {
    for (const tile of [here, next]) {
      const box = tile.querySelector(".pick input")
      if (box) document.dispatchEvent(new CustomEvent("selection-range", { detail: box }))
    }
  }
  next.querySelector(".tile-link").focus()
  next.scrollIntoView({ block: "nearest" })
})
