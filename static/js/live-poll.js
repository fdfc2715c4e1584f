// The studio's one poll. The server writes its address and its pace; a page that nobody looks at
// does not ask, and asks at once when it is looked at again. Failures are told and tried again.
const LONGEST = 30_000
const tabs = new BroadcastChannel("feed")
let isDue = false // something changed while an answer was on its way
let failures = 0

customElements.define("live-poll", class extends HTMLElement {
  connectedCallback() {
    this.stop = new AbortController()
    const { signal } = this.stop
    const ask = () => this.ask()
    document.addEventListener("visibilitychange", () => document.hidden || this.ask(), { signal })
    window.addEventListener("online", ask, { signal })
    document.addEventListener("feed-changed", () => { tabs.postMessage(""); this.ask() }, { signal })
    tabs.addEventListener("message", ask, { signal })
    this.addEventListener("htmx:beforeRequest", () => { this.isAsking = true }, { signal })
    this.addEventListener("htmx:afterRequest", ({ detail }) => this.answered(detail), { signal })
    failures = 0 // a new element is an answer that has come
    this.tell("")
    this.wait(isDue ? 50 : this.pace) // htmx needs a moment to know it
  }

  disconnectedCallback() {
    this.stop.abort()
    clearTimeout(this.timer)
  }

  get pace() { return Number(this.dataset.after) || null }

  ask() {
    isDue = true
    if (this.isAsking || document.hidden) return
    this.wait(50)
  }

  wait(pause) {
    clearTimeout(this.timer)
    if (pause) this.timer = setTimeout(() => this.poll(), pause)
  }

  poll() {
    if (document.hidden || this.isAsking) return
    isDue = false
    this.dispatchEvent(new CustomEvent("poll"))
  }

  tell(words) {
    const note = document.getElementById("offline")
    if (note.textContent !== words) note.textContent = words
  }

  answered({ xhr, successful }) {
    this.isAsking = false
    failures = successful ? 0 : failures + 1
    this.tell(failures ? "No connection. Trying again." : "")
    if (xhr.status === 204) this.dataset.after = xhr.getResponseHeader("Poll-After") ?? ""
    if (failures) this.wait(Math.min(LONGEST, 1000 * 2 ** failures))
    else if (xhr.status === 204) this.wait(isDue ? 50 : this.pace)
  }
})
