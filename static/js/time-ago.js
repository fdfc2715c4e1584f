// Keeps "2 min ago" true while a page stays open.
customElements.define("time-ago", class extends HTMLElement {
  connectedCallback() { this.timer = setInterval(() => this.show(), 30_000) }

  disconnectedCallback() { clearInterval(this.timer) }

  show() {
    const time = this.querySelector("time")
    const seconds = (Date.now() - Date.parse(time.dateTime)) / 1000
    if (seconds < 60 || seconds >= 86_400) return
    time.textContent = seconds < 3600 ? `${Math.floor(seconds / 60)} min ago` : `${Math.floor(seconds / 3600)} h ago`
  }
})
