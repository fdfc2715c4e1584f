// The composer: total price, what fits the chosen model, Ctrl or Command and Enter.
const form = () => document.getElementById("composer")
const chosen = (name) => form().querySelector(`[name="${name}"]:checked`)

const inCredits = (units) => {
  const amount = (units / 10_000).toLocaleString("en", { maximumFractionDigits: 4 })
  return `${amount} ${units === 10_000 ? "credit" : "credits"}`
}

const also = (name) => [...form().querySelectorAll(`[name="also_${name}"]:checked:enabled`)]

const showTotal = () => {
  const count = Number(form().elements.count.value) || 1
  const prompts = Number(document.getElementById("preview").dataset.prompts) || 1
  const sizes = 1 + also("size").length
  const units = [chosen("model"), ...also("model")].reduce((sum, input) => sum + Number(input.dataset.units), 0)
  form().querySelector("[data-total]").textContent = inCredits(units * count * sizes * prompts)
  form().querySelector(".model-hint").textContent = chosen("model").dataset.hint
}

// A size that the model does not take is hidden by the stylesheet; here the nearest ratio is chosen.
const keepSizeValid = () => {
  const label = chosen("size")?.closest("[data-rules]")
  if (!label || label.dataset.rules.split(" ").includes(chosen("model").dataset.rule)) return
  const ratio = (text) => text.split(/[:x]/).reduce((width, height) => width / height)
  const distance = (input) => Math.abs(Math.log(ratio(input.value) / wanted))
  const { value } = chosen("size")
  const wanted = ratio(value === "custom" ? `${form().elements.width.value}x${form().elements.height.value}` : value)
  const ratios = [...form().querySelectorAll('.aspects [name="size"]')]
  ratios.reduce((best, input) => (distance(input) < distance(best) ? input : best)).checked = true
}

// Where models and sizes are strips, a chosen one out of sight comes to the middle.
const FADE = 48
const showChosen = () => {
  for (const name of ["model", "size"]) {
    const label = chosen(name)?.closest("label")
    const strip = label?.closest("fieldset")
    if (!strip) continue
    const start = label.offsetLeft - strip.offsetLeft
    const isSeen = start >= strip.scrollLeft && start + label.offsetWidth <= strip.scrollLeft + strip.clientWidth - FADE
    if (!isSeen) strip.scrollLeft = start - (strip.clientWidth - label.offsetWidth) / 2
  }
}

const forgetProblem = (field) => {
  const name = ["width", "height"].includes(field.name) ? "size" : field.name.replace(/^blank-.*/, "blanks")
  for (const wrong of form().querySelectorAll(`[aria-describedby~="problem-${name}"]`)) wrong.removeAttribute("aria-invalid")
  document.getElementById(`problem-${name}`)?.remove()
}

document.addEventListener("input", ({ target }) => {
  if (!target.closest("#composer")) return
  forgetProblem(target)
  if (target.name === "model") keepSizeValid()
  if (target.type === "radio") showChosen()
  showTotal()
})

document.addEventListener("htmx:load", ({ target }) => {
  if (target.id === "composer") showChosen()
  if (["composer", "preview"].includes(target.id)) showTotal()
})

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || !event.target.closest("#composer")) return
  event.preventDefault()
  const button = form().querySelector(".generate")
  if (!button.disabled) form().requestSubmit(button)
})

if (form()) { showTotal(); showChosen() } // a reload keeps what was chosen
