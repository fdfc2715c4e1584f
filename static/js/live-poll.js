// A page's one poll. The server writes its address and its pace. A page that nobody looks at
// does not ask, unless notices are wanted, and asks at once when it is looked at again, when the
// net is back and when the machine wakes. Failures are told and tried again.
const LONGEST = 5000 // between two tries while there is no connection
const UNSEEN = 5000 // between two questions of a page that nobody looks at
const STALE = 2000 // a question as old as this did not survive a sleep
const UNTOUCHED = 600_000 // after this nobody may be there: an idle page asks ten times slower
const tabs = new BroadcastChannel("feed")
let isDue = false // something changed while an answer was on its way
let failures = 0
let touched = performance.now()

customElements.define("live-poll", class extends HTMLElement {
  connectedCallback() {
    this.stop = new AbortController()
    const { signal } = this.stop
    const ask = () => this.ask()
    document.addEventListener("visibilitychange", () => this.looked(), { signal })
    for (const type of ["online", "pageshow"]) window.addEventListener(type, ask, { signal })
    window.addEventListener("offline", () => this.tell("No connection. Trying again."), { signal })
    for (const type of ["pointerdown", "pointermove", "keydown", "focusin"]) {
      document.addEventListener(type, () => this.touch(), { signal, passive: true })
    }
    document.addEventListener("feed-changed", () => { tabs.postMessage(""); this.ask() }, { signal })
    tabs.addEventListener("message", ask, { signal })
    this.addEventListener("htmx:beforeRequest", () => { this.asked = performance.now() }, { signal })
    this.addEventListener("htmx:afterRequest", ({ detail }) => this.answered(detail), { signal })
    const title = document.title.replace(/^\(\d+\) /, "")
    document.title = Number(this.dataset.open) ? `(${this.dataset.open}) ${title}` : title
    failures = 0 // a new element is an answer that has come
    this.tell("")
    this.wait(isDue ? 50 : this.pace) // htmx needs a moment to know it
  }

  disconnectedCallback() {
    this.stop.abort()
    clearTimeout(this.timer)
  }

  get isSeen() { return !document.hidden }

  get isHeard() { return document.documentElement.hasAttribute("data-notices") } // job-notices.js

  get pace() {
    const pace = Number(this.dataset.after)
    if (!pace) return null
    if (!this.isSeen) return Math.max(pace, UNSEEN)
    const isLeft = "idle" in this.dataset && performance.now() - touched > UNTOUCHED
    return isLeft ? 10 * pace : pace
  }

  looked() {
    if (this.isSeen) this.ask()
    else this.wait(this.pace)
  }

  touch() {
    const wasLeft = performance.now() - touched > UNTOUCHED
    touched = performance.now()
    if (wasLeft) this.ask()
  }

  ask() {
    isDue = true
    if (this.asked && performance.now() - this.asked > STALE) htmx.trigger(this, "htmx:abort")
    if (!this.asked && this.isSeen) this.wait(50)
  }

  wait(pause) {
    clearTimeout(this.timer)
    if (pause) this.timer = setTimeout(() => this.poll(), pause)
  }

  poll() {
    if (this.asked || !(this.isSeen || this.isHeard)) return
    isDue = false
    this.dispatchEvent(new CustomEvent("poll"))
  }

  tell(words) {
    const note = document.getElementById("offline")
    if (note && note.textContent !== words) note.textContent = words
  }

  answered({ xhr, successful }) {
    this.asked = 0
    failures = successful ? 0 : failures + 1
    this.tell(failures ? "No connection. Trying again." : "")
    if (xhr.status === 204 && "after" in this.dataset) this.dataset.after = xhr.getResponseHeader("Poll-After") ?? ""
    if (failures) this.wait(isDue ? 50 : Math.min(LONGEST, 1000 * 2 ** (failures - 1)))
    else if (xhr.status === 204) this.wait(isDue ? 50 : this.pace)
  }
})
