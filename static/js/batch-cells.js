// A batch's card is sent anew when something in it has changed. Cells that look the same are kept,
// pictures and all, and the focus stays where it was.
customElements.define("batch-cells", class extends HTMLElement {
  connectedCallback() {
    const card = this.closest("article")
    const older = [...document.querySelectorAll(`[id="${card.id}"]`)].find((other) => other !== card)
    if (!older) return
    const focused = older.contains(document.activeElement) ? document.activeElement : null
    this.keep(older)
    if (focused) queueMicrotask(() => this.refocus(card, focused))
  }

  keep(older) {
    const known = new Map([...older.querySelectorAll("[data-key]")].map((cell) => [cell.dataset.key, cell]))
    for (const cell of this.querySelectorAll("[data-key]")) {
      const same = known.get(cell.dataset.key)
      if (same) cell.replaceWith(same)
    }
  }

  refocus(card, focused) {
    const place = focused.isConnected ? focused : focused.id && document.getElementById(focused.id)
    if (place && card.contains(place)) place.focus({ preventScroll: true })
  }
})
