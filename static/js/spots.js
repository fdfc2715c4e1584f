// A comment on a spot: press "Mark a spot", then click on the picture, or move it by the arrow keys.
const WHOLE = 1000 // per mille of the picture's width and height
const STEP = { ArrowLeft: [-20, 0], ArrowRight: [20, 0], ArrowUp: [0, -20], ArrowDown: [0, 20] }
const SVG = "http://www.w3.org/2000/svg"
const button = () => document.querySelector("[data-spot]")
const isMarking = () => button()?.getAttribute("aria-pressed") === "true"
const within = (value) => Math.max(0, Math.min(WHOLE, Math.round(value)))

const mark = (x, y) => {
  const form = button().form
  form.elements.x.value = x
  form.elements.y.value = y
  const spots = document.getElementById("spots")
  spots.querySelector(".new")?.remove()
  const spot = document.createElementNS(SVG, "svg")
  spot.setAttribute("class", "spot new")
  spot.setAttribute("x", `${x / 10}%`)
  spot.setAttribute("y", `${y / 10}%`)
  spot.append(document.createElementNS(SVG, "circle"))
  spot.firstChild.setAttribute("r", "13")
  spots.append(spot)
}

const clear = () => {
  const { elements } = button().form
  elements.x.value = elements.y.value = ""
  document.querySelector("#spots .new")?.remove()
}

const toggle = (isOn) => {
  button().setAttribute("aria-pressed", String(isOn))
  document.body.classList.toggle("marking", isOn)
  if (!isOn) return clear()
  mark(WHOLE / 2, WHOLE / 2)
  document.getElementById("spots").parentElement.scrollIntoView({ block: "nearest" })
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-spot]")) return toggle(!isMarking())
  const picture = event.target.closest("[data-spots], .fit > a")
  if (!picture || !isMarking()) return
  event.preventDefault()
  event.stopPropagation() // else it would be shown at its full size
  const box = picture.querySelector("img").getBoundingClientRect()
  mark(within(((event.clientX - box.left) / box.width) * WHOLE), within(((event.clientY - box.top) / box.height) * WHOLE))
  button().form.elements.text.focus()
}, { capture: true })

document.addEventListener("keydown", (event) => {
  const step = STEP[event.key]
  if (!step || !isMarking() || event.target !== button()) return
  event.preventDefault()
  event.stopPropagation()
  const { x, y } = button().form.elements
  mark(within(Number(x.value) + step[0]), within(Number(y.value) + step[1]))
}, { capture: true })

// What was sent, or belongs to another picture, is no longer being marked.
document.addEventListener("htmx:afterSettle", () => { if (!isMarking()) document.body.classList.remove("marking") })
