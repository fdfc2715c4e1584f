// The viewer: a picture over the grid that it was opened from. The address follows it; Back closes
// it, and the grid is as it was. A link that is opened otherwise leads to the picture's own page.
const PICTURE = /^\/images\/[0-9a-f-]{36}\/$/
const dialog = document.getElementById("viewer") // a picture's own page has none
const body = document.getElementById("viewer-body")
const toasts = document.getElementById("toasts")
const here = location.pathname
const narrow = matchMedia("(width < 64rem)")
const OFF = "details-off"
let openedAt = "" // the picture whose tile gets the focus back
const COUNT = /^\(\d+\) / // live-poll.js counts the open jobs
const bare = () => document.title.replace(COUNT, "")
const entitle = (words) => { document.title = (document.title.match(COUNT)?.[0] ?? "") + words }
let title = bare()

const content = () => document.getElementById("viewer-content")
const address = () => location.pathname + location.search
let awaited = "" // the address whose answer is on its way; any other comes too late

const show = (wanted) => {
  if (wanted === awaited) return
  awaited = wanted
  // That a request failed is told elsewhere.
  htmx.ajax("GET", wanted, { source: body, target: body, swap: "innerHTML" }).catch(() => {})
}
const step = (side) => document.getElementById(`viewer-${side}`)

const isPlain = ({ button, ctrlKey, metaKey, shiftKey, altKey }) => !(button || ctrlKey || metaKey || shiftKey || altKey)

document.addEventListener("click", (event) => {
  if (!isPlain(event) || event.defaultPrevented) return
  if (event.target.closest("[data-details]")) return toggleDetails()
  if (!dialog) return
  const link = event.target.closest("a[href]")
  if (link?.matches("[data-close-viewer]") && dialog.open) {
    event.preventDefault()
    dialog.close()
  } else if (link && (link.matches(".tile-link, .gone a") || dialog.contains(link)) && PICTURE.test(link.pathname)) {
    event.preventDefault()
    if (!dialog.open) openedAt = link.pathname.split("/")[2]
    show(link.pathname + link.search)
  }
})

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (body && detail.target === body && detail.pathInfo.requestPath !== awaited) detail.shouldSwap = false
})

document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (body && detail.target === body && detail.pathInfo.requestPath === awaited) awaited = ""
})

document.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (!body || detail.target !== body) return
  awaited = ""
  if (dialog.open) stepped(detail.pathInfo.requestPath)
  else opened(detail.pathInfo.requestPath)
  entitle(`${content().dataset.title} · Fluxsite`)
  shown()
})

const opened = (wanted) => {
  if (wanted !== address()) {
    title = bare()
    history.pushState({ viewer: true }, "", wanted)
  }
  dialog.showModal()
  dialog.focus()
  dialog.append(toasts) // what is beneath a dialog can't be used
}

const stepped = (wanted) => {
  history.replaceState({ viewer: true }, "", wanted)
  dialog.scrollTop = 0
  document.getElementById("viewer-status").textContent = content().dataset.title
  if (!dialog.contains(document.activeElement)) dialog.focus()
}

// Of every picture that is shown, over a grid or on its own page.
const shown = () => {
  showDetails()
  for (const { dataset } of content().querySelectorAll("[data-step]")) new Image().src = dataset.step
}

const showDetails = () => {
  const isOff = Boolean(localStorage.getItem(OFF)) && !narrow.matches
  content().toggleAttribute("data-bare", isOff)
  content().querySelector("[data-details]").setAttribute("aria-pressed", String(!isOff))
}

const toggleDetails = () => {
  const details = document.getElementById("viewer-details")
  if (narrow.matches) {
    const isInView = details.getBoundingClientRect().top < innerHeight / 4
    return (isInView ? content() : details).scrollIntoView({ block: "start" })
  }
  if (localStorage.getItem(OFF)) localStorage.removeItem(OFF)
  else localStorage.setItem(OFF, "1")
  showDetails()
}

dialog?.addEventListener("close", () => {
  awaited = "" // its answer would open it again
  document.body.append(toasts)
  entitle(title)
  if (history.state?.viewer) history.back()
  document.querySelector(`[data-picture="${openedAt}"] .tile-link`)?.focus({ preventScroll: true })
})

window.addEventListener("popstate", ({ state }) => {
  awaited = ""
  if (dialog && state?.viewer) show(address())
  else if (dialog?.open) dialog.close()
  else if (!dialog && location.pathname !== here) location.reload() // it was a viewer before a reload
})

// What was thrown away makes room for the next one; what comes back is shown again.
const moveOn = () => {
  const link = step("next") ?? step("previous")
  if (link) link.click()
  else dialog.close()
}

for (const type of ["picture-trashed", "picture-purged", "picture-restored"]) document.addEventListener(type, ({ detail }) => {
  if (!dialog?.open) return
  const isShown = content()?.dataset.picture === detail.id
  setTimeout(() => { // once its answer is on the page
    if (!dialog.open) return
    if (isShown) moveOn()
    else if (type === "picture-restored") show(`/images/${detail.id}/${location.search}`)
  })
})

if (content()) shown()
