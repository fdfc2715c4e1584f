// Put pictures in order: a picture goes where the server says that it is now, whoever else has
// moved something. By a button, or dragged by its handle before another one.
const list = document.getElementById("arrangement")
const status = document.getElementById("arranged")
const item = (id) => id && list.querySelector(`li[data-picture="${id}"]`)

document.addEventListener("picture-moved", ({ detail }) => {
  const moved = item(detail.id)
  if (!moved) return
  const focused = moved.contains(document.activeElement) ? document.activeElement : null
  const more = list.querySelector(".grid-more")
  list.insertBefore(moved, item(detail.before) ?? more)
  focused?.focus()
  moved.scrollIntoView({ block: "nearest" })
  const place = [...list.querySelectorAll("li[data-picture]:not([hidden])")].indexOf(moved) + 1
  status.textContent = `Now at place ${place}.`
})

let dragged = null
let target = null

const aim = (next, side = "before") => {
  target?.removeAttribute("data-target")
  target = next && next !== dragged ? next : null
  target?.setAttribute("data-target", side)
}

// The last picture of all has nothing after it: its farther half means the end.
const isEnd = (item, { clientX, clientY }) => {
  if (!item || item.nextElementSibling) return false
  const box = item.getBoundingClientRect()
  const isRow = box.width > list.clientWidth / 2
  return isRow ? clientY > box.top + box.height / 2 : clientX > box.left + box.width / 2
}

const under = ({ clientX, clientY }) =>
  document.elementsFromPoint(clientX, clientY).find((one) => one.matches?.("li.arranged") && list.contains(one))

list?.addEventListener("pointerdown", (event) => {
  const handle = event.target.closest("[data-drag]")
  if (!handle || event.button) return
  event.preventDefault()
  dragged = handle.closest("li")
  dragged.setAttribute("data-dragged", "")
  handle.setPointerCapture(event.pointerId)
})

list?.addEventListener("pointermove", (event) => {
  if (!dragged) return
  const edge = 60
  if (event.clientY < edge) scrollBy(0, -12)
  else if (event.clientY > innerHeight - edge) scrollBy(0, 12)
  const item = under(event)
  aim(item, isEnd(item, event) ? "end" : "before")
})

const drop = ({ type }) => {
  if (!dragged) return
  const [moved, before, isLast] = [dragged, target, target?.dataset.target === "end"]
  moved.removeAttribute("data-dragged")
  aim(null)
  dragged = null
  if (type === "pointercancel" || !before) return
  const form = moved.querySelector("form")
  const values = { csrfmiddlewaretoken: form.csrfmiddlewaretoken.value, before: isLast ? "" : before.dataset.picture }
  htmx.ajax("POST", form.getAttribute("action"), { source: form, swap: "none", values }).catch(() => {})
}
list?.addEventListener("pointerup", drop)
list?.addEventListener("pointercancel", drop)
