// Culling: one picture at a time. A decision shows at once, goes to the server by itself, and the
// next picture follows; what held before is remembered, so that Z can bring it back.
import { send, settled, unsent } from "./cull-sending.js"

const at = (id) => document.getElementById(id)
const frames = [...document.querySelectorAll("#cull-frames > li")]
const main = at("main")
const work = at("cull-work")
const KINDS = ["is_favourite", "is_rejected", "stars"]
const AHEAD = 4
const decided = []
let now = Math.max(0, frames.findIndex(({ dataset }) => location.search.includes(dataset.id)))
let isAtEnd = !work || work.hidden

const waiting = () => Number(main.dataset.earlier) + frames.filter(({ dataset }) => dataset.is_rejected === "1").length

const show = (place) => {
  isAtEnd = place >= frames.length
  now = Math.max(0, Math.min(place, frames.length - 1))
  work.hidden = isAtEnd
  at("cull-end").hidden = !isAtEnd
  at("cull-undo").disabled = !decided.length
  if (isAtEnd) return showEnd()
  const { dataset } = frames[now]
  at("cull-picture").src = dataset.large
  at("cull-picture").alt = dataset.prompt
  at("cull-place").textContent = `${now + 1} of ${frames.length}`
  at("cull-progress").value = now + 1
  at("cull-previous").toggleAttribute("hidden", now === 0)
  showMarks(dataset)
  at("cull-status").textContent = `${now + 1} of ${frames.length}. ${at("cull-mark").hidden ? "" : at("cull-mark").textContent + ". "}${dataset.caption}`
  history.replaceState(null, "", dataset.here)
  for (const { dataset: next } of frames.slice(now + 1, now + 1 + AHEAD)) new Image().src = next.large
}

const showMarks = ({ is_favourite, is_rejected, stars, own }) => {
  const mark = at("cull-mark")
  mark.hidden = is_rejected !== "1" && is_favourite !== "1"
  mark.textContent = is_rejected === "1" ? "Rejected" : "Picked"
  mark.dataset.is = is_rejected === "1" ? "rejected" : "picked"
  for (const button of work.querySelectorAll(".cull-tools button")) {
    const value = { is_favourite, is_rejected, stars }[button.name]
    button.setAttribute("aria-pressed", String(button.value === value))
    if (button.name === "stars") button.classList.toggle("on", Number(button.value) <= Number(stars))
    if (button.name === "is_rejected") button.disabled = own !== "1"
  }
}

const showEnd = () => {
  const sums = {
    picked: frames.filter(({ dataset }) => dataset.is_favourite === "1").length,
    rated: frames.filter(({ dataset }) => dataset.stars !== "0").length,
    waiting: waiting(),
  }
  for (const place of document.querySelectorAll("[data-sum]")) place.textContent = sums[place.dataset.sum]
  at("cull-throw").hidden = at("cull-keep").hidden = !sums.waiting
  at("cull-rejects").replaceChildren(...frames.filter(({ dataset }) => dataset.is_rejected === "1").map(({ dataset }) => {
    const item = document.createElement("li")
    const link = Object.assign(document.createElement("a"), { href: dataset.here })
    link.append(Object.assign(new Image(72, 72), { src: dataset.small, alt: dataset.caption }))
    item.append(link)
    return item
  }))
  at("cull-place").textContent = ""
  at("cull-status").textContent = "That was the last one."
  at("cull-end").focus()
}

const decide = (fields, { isUndo = false } = {}) => {
  const { dataset } = frames[now]
  const before = Object.fromEntries(KINDS.map((kind) => [kind, dataset[kind]]))
  if (!isUndo) decided.push({ place: now, before })
  Object.assign(dataset, fields)
  send(dataset, fields)
}

const chosen = ({ name, value }) => {
  if (name === "stars") return { stars: value }
  if (name === "is_favourite") return { is_favourite: "1", ...(frames[now].dataset.own === "1" && { is_rejected: "0" }) }
  return { is_rejected: "1" }
}

const undo = () => {
  const last = decided.pop()
  if (!last) return
  now = last.place
  decide(frames[now].dataset.own === "1" ? last.before : { ...last.before, is_rejected: "0" }, { isUndo: true })
  show(last.place)
}

const leave = async (event) => {
  event.preventDefault()
  await settled()
  if (!frames.some(({ dataset }) => dataset.is_rejected === "1")) location.assign(at("cull-close").href)
  else if (isAtEnd || main.dataset.earlier === "0") at("cull-finish").requestSubmit(at("cull-throw"))
  else show(frames.length) // there are some of another time: one should see how many
}

document.addEventListener("click", (event) => {
  const near = (selector) => event.target.closest(selector)
  if (near("#cull-undo")) undo()
  else if (near("#cull-close")) leave(event)
  else if (near("#cull-previous, #cull-next")) {
    event.preventDefault()
    show((isAtEnd ? frames.length : now) + (near("#cull-next") ? 1 : -1))
  }
})
work?.addEventListener("submit", (event) => {
  event.preventDefault()
  if (isAtEnd) return
  decide(chosen(event.submitter))
  show(now + 1)
})
// A key that is held down decides once.
document.addEventListener("keydown", (event) => {
  if (event.repeat && !event.key.startsWith("Arrow")) event.stopImmediatePropagation()
}, true)

let touched = null
at("cull-stage")?.addEventListener("touchstart", ({ touches }) => { touched = touches.length === 1 ? touches[0] : null }, { passive: true })
at("cull-stage")?.addEventListener("touchend", ({ changedTouches: [end] }) => {
  if (!touched) return
  const [x, y] = [end.clientX - touched.clientX, end.clientY - touched.clientY]
  if (Math.abs(x) > 40 && Math.abs(x) > 2 * Math.abs(y)) show(Math.max(0, now + (x < 0 ? 1 : -1)))
}, { passive: true })

for (const [id, fields] of unsent()) {
  const frame = frames.find(({ dataset }) => dataset.id === id)
  if (!frame) continue
  Object.assign(frame.dataset, fields)
  send(frame.dataset, fields)
}
if (frames.length) show(isAtEnd ? frames.length : now)
