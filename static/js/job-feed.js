// Cards arrive at the top, by whichever way; each takes the place of its older self, or the place
// that its time gives it. A card that was hidden takes its older self away.
customElements.define("job-feed", class extends HTMLElement {
  connectedCallback() {
    this.watch = new MutationObserver((changes) => {
      for (const card of changes.flatMap(({ addedNodes }) => [...addedNodes])) {
        if (card.isConnected && card.matches?.(".job")) this.place(card)
      }
      this.watch.takeRecords() // our own moves
    })
    this.watch.observe(this, { childList: true })
    this.fit = () => this.querySelectorAll(".job[style]").forEach((card) => card.removeAttribute("style"))
    window.addEventListener("resize", this.fit)
  }

  disconnectedCallback() {
    this.watch.disconnect()
    window.removeEventListener("resize", this.fit)
  }

  place(card) {
    const known = [...this.querySelectorAll(`[id="${card.id}"]`)].find((other) => other !== card)
    if (card.hasAttribute("data-gone")) {
      known?.remove()
      card.remove()
    } else if (known) {
      this.replace(known, card)
    } else if (card.nextElementSibling?.matches(".job") && !this.isNewer(card, card.nextElementSibling)) {
      this.sortIn(card)
    }
  }

  // What has less to say later keeps its height, so that nothing below it moves.
  replace(known, card) {
    const height = known.offsetHeight
    known.replaceWith(card)
    if (card.offsetHeight < height) card.style.minBlockSize = `${height}px`
  }

  isNewer(card, other) { return Number(card.dataset.order) >= Number(other.dataset.order) }

  sortIn(card) {
    const others = [...this.querySelectorAll(".job")].filter((other) => other !== card)
    const older = others.find((other) => this.isNewer(card, other))
    const rest = this.querySelector(":scope > .more")
    if (older) older.before(card)
    else if (rest) card.remove() // it belongs to a page that is not here yet
    else this.append(card)
  }
})
