// The edit form: price and number of jobs, what fits the chosen model, Ctrl or Command and Enter.
const form = () => document.getElementById("editor")
const chosen = (name) => form().querySelector(`[name="${name}"]:checked`)

const inCredits = (units) => {
  const amount = (units / 10_000).toLocaleString("en", { maximumFractionDigits: 4 })
  return `${amount} ${units === 10_000 ? "credit" : "credits"}`
}

const showTotal = () => {
  const count = Number(form().elements.count.value) || 1
  const { units, hint } = chosen("model").dataset
  form().querySelector("[data-total]").textContent = inCredits(units * count)
  form().querySelector("[data-jobs]").textContent = count > 1 ? `${count} jobs · ` : ""
  form().querySelector(".model-hint").textContent = hint
}

// A size that the model does not take is hidden by the stylesheet; the picture's own shape always fits.
const keepSizeValid = () => {
  const label = chosen("size")?.closest("[data-rules]")
  if (!label || label.dataset.rules.split(" ").includes(chosen("model").dataset.rule)) return
  form().querySelector('[name="size"][value="same"]').checked = true
}

const forgetProblem = (field) => {
  const name = ["width", "height"].includes(field.name) ? "size" : field.name
  for (const wrong of form().querySelectorAll(`[aria-describedby~="problem-${name}"]`)) wrong.removeAttribute("aria-invalid")
  document.getElementById(`problem-${name}`)?.remove()
}

document.addEventListener("input", ({ target }) => {
  if (!target.closest("#editor")) return
  forgetProblem(target)
  if (target.name === "model") keepSizeValid()
  showTotal()
})

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || !event.target.closest("#editor")) return
  event.preventDefault()
  const button = form().querySelector(".generate")
  if (!button.disabled) form().requestSubmit(button)
})

if (form()) showTotal() // a reload keeps what was chosen
