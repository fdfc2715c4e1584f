// One range input moves the edge between two pictures: by pointer, by finger and by arrow keys.
customElements.define("compare-slider", class extends HTMLElement {
  connectedCallback() {
    this.addEventListener("input", () => this.show())
    this.show() // a reload keeps where it was
  }

  show() { this.style.setProperty("--pos", `${this.querySelector("input").value}%`) }
})
