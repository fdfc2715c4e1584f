// Toasts leave after six seconds; errors stay; a pointer or the focus keeps them.
// Any script may add one by the event "toast" with a text, and a link if there is one.
const MOST = 4 // what they say stands on the cards, too; the oldest make room
const stack = document.getElementById("toasts")

const leaveLater = (toast) => {
  let timer = setTimeout(() => toast.remove(), 6000)
  for (const type of ["pointerenter", "focusin"]) toast.addEventListener(type, () => clearTimeout(timer))
  toast.addEventListener("pointerleave", () => { timer = setTimeout(() => toast.remove(), 3000) })
}

const add = ({ text, danger, link }) => {
  const toast = document.getElementById("toast-shape").content.firstElementChild.cloneNode(true)
  toast.classList.add(danger ? "danger" : "ok")
  toast.querySelector("p").textContent = text
  const anchor = toast.querySelector("a")
  if (link) Object.assign(anchor, { href: link.href, textContent: link.text, target: "_blank" })
  else anchor.remove()
  stack.prepend(toast)
}

const watch = new MutationObserver((changes) => {
  const added = changes.flatMap(({ addedNodes }) => [...addedNodes])
  added.filter((node) => node.matches?.(".toast:not(.danger)")).forEach(leaveLater)
  stack.querySelectorAll(`.toast:nth-child(n+${MOST + 1})`).forEach((toast) => toast.remove())
})
watch.observe(stack, { childList: true })
stack.querySelectorAll(".toast:not(.danger)").forEach(leaveLater)
document.addEventListener("toast", ({ detail }) => add(detail))
document.addEventListener("click", ({ target }) => {
  if (target.closest("[data-dismiss], .toast a")) target.closest(".toast")?.remove()
})
