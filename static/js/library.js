// The size of the pictures is remembered on this device.
const SIZE = "picture-size"
const sizes = () => document.querySelectorAll('[name="zoom"]')

const show = (size) => {
  document.documentElement.dataset.zoom = size
  for (const choice of sizes()) choice.checked = choice.value === size
}

show(localStorage.getItem(SIZE) ?? "medium")

document.addEventListener("change", ({ target }) => {
  if (target.name !== "zoom") return
  localStorage.setItem(SIZE, target.value)
  show(target.value)
})
