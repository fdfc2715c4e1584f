// The composer's blanks and further models and sizes: what was typed is shown as a list of prompts
// a moment later, by the server. What is chosen above needs no second choice below.
const PAUSE = 400
const BLANKS = /\{\s*[^{}\s][^{}]*\}/
let timer

const composer = () => document.getElementById("composer")
const preview = () => document.getElementById("preview")

const isMany = () => BLANKS.test(composer().elements.prompt.value)
  || composer().querySelector('[name^="also_"]:checked:enabled')

const offer = () => {
  const { rule } = composer().querySelector('[name="model"]:checked').dataset
  for (const box of composer().querySelectorAll('[name^="also_"]')) {
    const same = composer().querySelector(`[name="${box.name.slice(5)}"]:checked`)?.value === box.value
    const fits = !box.dataset.fits || box.dataset.fits.split(" ").includes(rule)
    box.disabled = same
    box.closest("label").hidden = same || (!fits && !box.checked)
  }
}

const ask = () => {
  clearTimeout(timer)
  if (isMany() || preview().childElementCount || composer().querySelector('[name^="blank-"]')) {
    timer = setTimeout(() => preview().dispatchEvent(new CustomEvent("preview")), PAUSE)
  }
}

document.addEventListener("input", ({ target }) => {
  if (!target.closest("#composer")) return
  offer()
  ask()
})

document.addEventListener("htmx:load", ({ target }) => { if (target.id === "composer") offer() })

if (composer()) {
  offer()
  if (isMany()) ask()
}
