// Counts on from the server's figure between two polls, by the page's own steady clock.
customElements.define("elapsed-time", class extends HTMLElement {
  connectedCallback() {
    this.began = performance.now() - Number(this.dataset.elapsed) * 1000
    this.timer = setInterval(() => this.show(), 1000)
  }

  disconnectedCallback() { clearInterval(this.timer) }

  show() {
    const expected = Number(this.dataset.expected)
    const seconds = Math.floor((performance.now() - this.began) / 1000)
    const usual = seconds <= expected ? `of about ${expected} s` : `(usually ${expected} s)`
    this.textContent = `${this.clock(seconds)} ${usual}`
    const bar = this.closest(".job-state").querySelector("progress")
    if (bar) bar.value = Math.min(seconds, expected * 0.95)
  }

  clock(seconds) {
    const [minutes, rest] = [Math.floor(seconds / 60), seconds % 60]
    if (!minutes) return `${rest} s`
    return minutes >= 10 || !rest ? `${minutes} min` : `${minutes} min ${rest} s`
  }
})
