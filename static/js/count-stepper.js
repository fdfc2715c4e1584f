// Buttons that count up and down within the bounds of the number field between them.
customElements.define("count-stepper", class extends HTMLElement {
  connectedCallback() {
    for (const button of this.querySelectorAll("[data-step]")) button.hidden = false
    this.addEventListener("click", ({ target }) => this.step(target.closest("[data-step]")))
    this.addEventListener("input", () => this.limit())
    this.limit()
  }

  get field() { return this.querySelector("input") }

  step(button) {
    if (!button) return
    const { min, max, value } = this.field
    this.field.value = Math.min(max, Math.max(min, (Number(value) || 0) + Number(button.dataset.step)))
    this.field.dispatchEvent(new Event("input", { bubbles: true }))
  }

  limit() {
    const [fewer, more] = this.querySelectorAll("[data-step]")
    fewer.disabled = Number(this.field.value) <= this.field.min
    more.disabled = Number(this.field.value) >= this.field.max
  }
})
