// A picture to its pixels: by click, tap or key; dragged, or scrolled, while it is larger than its
// stage. While it fits, a swipe leads to the next one. Pinching is the browser's own.
const STEP = 1.5
const MOST = 4 // times its pixels
const SWIPE = 48 // pixels of the screen
const DRAG = 4

customElements.define("zoom-stage", class extends HTMLElement {
  connectedCallback() {
    this.pic = this.querySelector(".stage-pic")
    this.link = this.querySelector("[data-zoom]")
    this.img = this.querySelector("img")
    this.link.addEventListener("click", (event) => this.clicked(event))
    this.link.addEventListener("dragstart", (event) => event.preventDefault())
    this.addEventListener("pointerdown", (event) => this.pressed(event))
    this.stop = new AbortController()
    const wide = innerWidth // a phone's address bar comes and goes, too
    addEventListener("resize", () => innerWidth === wide || this.fit(), { signal: this.stop.signal })
  }

  disconnectedCallback() { this.stop.abort() }

  get isZoomed() { return this.hasAttribute("data-zoomed") }
  get width() { return this.link.getBoundingClientRect().width }
  get full() {
    const pixels = Number(this.img.getAttribute("width"))
    return pixels > this.fitted * 1.2 ? pixels : this.fitted * 2
  }

  clicked(event) {
    if (event.button || event.ctrlKey || event.metaKey || event.shiftKey) return
    event.preventDefault()
    const isSecondTap = event.timeStamp - this.tappedAt < 350 && event.pointerType === "touch"
    this.tappedAt = event.timeStamp
    if (!this.wasDragged && !isSecondTap) this.toggle(event.detail ? event : null)
    this.wasDragged = false
  }

  toggle(at) {
    if (this.isZoomed) this.fit()
    else this.zoom((this.fitted = this.width, this.full), at)
  }

  by(factor) {
    if (!this.isZoomed) this.fitted = this.width
    const width = Math.min(this.full * MOST, this.width * factor)
    if (width <= this.fitted * 1.01) this.fit()
    else this.zoom(width)
  }

  fit() {
    this.removeAttribute("data-zoomed")
    this.tell()
  }

  // The point under the pointer, or in the middle, stays where it is.
  zoom(width, at) {
    const stage = this.pic.getBoundingClientRect()
    const { clientX: x, clientY: y } = at ?? { clientX: stage.x + stage.width / 2, clientY: stage.y + stage.height / 2 }
    const before = this.link.getBoundingClientRect()
    const [across, down] = [(x - before.x) / before.width, (y - before.y) / before.height]
    this.setAttribute("data-zoomed", "")
    this.style.setProperty("--zoom", `${width}px`)
    if (this.img.getAttribute("src") !== this.dataset.original) this.img.src = this.dataset.original
    const after = this.link.getBoundingClientRect()
    this.pic.scrollBy(after.x + across * after.width - x, after.y + down * after.height - y)
    this.tell()
  }

  tell() {
    document.querySelector("[data-zoom-full]")?.setAttribute("aria-pressed", String(this.isZoomed))
  }

  pressed({ clientX: x, clientY: y, isPrimary, pointerType, button }) {
    this.press?.abort()
    if (!isPrimary || button) return
    this.press = new AbortController()
    const { signal } = this.press
    const isTouch = pointerType === "touch"
    if (this.isZoomed && !isTouch) this.drag(x, y, signal)
    addEventListener("pointerup", (event) => {
      this.press.abort()
      if (isTouch && !this.isZoomed) this.swiped(event.clientX - x, event.clientY - y)
    }, { signal })
    addEventListener("pointercancel", () => this.press.abort(), { signal })
  }

  drag(x, y, signal) {
    const start = [this.pic.scrollLeft, this.pic.scrollTop]
    this.wasDragged = false
    addEventListener("pointermove", ({ clientX, clientY }) => {
      if (Math.hypot(clientX - x, clientY - y) > DRAG) this.wasDragged = true
      this.pic.scrollTo(start[0] + x - clientX, start[1] + y - clientY)
    }, { signal })
  }

  swiped(across, down) {
    if (Math.abs(across) < SWIPE || Math.abs(across) < 1.5 * Math.abs(down)) return
    this.querySelector(across < 0 ? ".next" : ".prev")?.click()
  }
})

document.addEventListener("click", ({ target }) => {
  const stage = document.querySelector("zoom-stage")
  if (!stage) return
  if (target.closest("[data-zoom-full]")) stage.toggle()
  if (target.closest("[data-zoom-in]")) stage.by(STEP)
  if (target.closest("[data-zoom-out]")) stage.by(1 / STEP)
})
