// What stands in a form is kept in this browser, for its person alone, until it is sent. It comes
// back into an empty form; signing out forgets it (sign-out.js).
const KEPT_FOR = 300
const NEVER = ["csrfmiddlewaretoken", "form_token", "blank_names"]
let timer, pending

const key = (form) => `draft:${form.dataset.draft}:${form.id}`
const words = (form) => form.elements.prompt
const isKept = (form, name) => form.dataset.draftOnly ? name === form.dataset.draftOnly : !NEVER.includes(name)

const save = (form) => {
  const fields = [...new FormData(form)].filter(([name, value]) => typeof value === "string" && isKept(form, name))
  if (words(form).value.trim()) localStorage.setItem(key(form), JSON.stringify(fields))
  else localStorage.removeItem(key(form))
}

// A blank's field is made by the server; until then its values wait where they are sent from.
const wait = (form, name, value) => {
  const field = Object.assign(document.createElement("input"), { type: "hidden", name, value })
  form.querySelector("#blanks")?.append(field)
}

const put = (form, [name, value]) => {
  const same = [...form.elements].filter((field) => field.name === name)
  const choice = same.find((field) => ["radio", "checkbox"].includes(field.type) && field.value === value)
  if (choice) choice.checked = true
  else if (name.startsWith("blank-") && !same.length) wait(form, name, value)
  else if (same.length === 1 && same[0].type !== "checkbox") same[0].value = value
}

const restore = (form) => {
  const kept = localStorage.getItem(key(form))
  if (!kept || words(form).value.trim()) return
  for (const field of JSON.parse(kept)) put(form, field)
  const details = form.querySelector("details")
  if (details && form.querySelector('[name^="also_"]:checked')) details.open = true
  words(form).dispatchEvent(new Event("input", { bubbles: true }))
}

document.addEventListener("input", ({ target }) => {
  const form = target.closest("form[data-draft]")
  if (!form) return
  clearTimeout(timer)
  pending = form
  timer = setTimeout(() => { save(form); pending = null }, KEPT_FOR)
})

// Who signs out leaves nothing to be saved (sign-out.js).
document.addEventListener("signing-out", () => {
  clearTimeout(timer)
  pending = null
})

// A page that is closed in the middle of a word.
window.addEventListener("pagehide", () => pending && save(pending))

document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (!detail.elt.matches("form[data-draft]") || !detail.successful) return
  // Who was signed out meanwhile is answered by another page.
  if (new URL(detail.xhr.responseURL).pathname !== new URL(detail.elt.action).pathname) return
  clearTimeout(timer)
  pending = null
  localStorage.removeItem(key(detail.elt))
})

// The other behaviours of the page listen first.
addEventListener("load", () => { for (const form of document.querySelectorAll("form[data-draft]")) restore(form) })
