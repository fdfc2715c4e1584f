// What htmx does not do by itself: say that a request failed, and stay signed in across tabs.
const SIGN_IN = "/accounts/login/"
const say = (text, link) => document.dispatchEvent(
  new CustomEvent("toast", { detail: { text, link, danger: true } }))
const WORDS = {
  403: "This is not allowed any more. Reload the page to see what has changed.",
  404: "This is no longer there. Reload the page to see what has changed.",
  413: "This is too large to send.",
}
const isPoll = ({ detail }) => detail.elt.id === "poller" // it has a note of its own

document.addEventListener("htmx:configRequest", ({ detail }) => {
  // Signing in again in another tab renews the cookie, and with it what the form must send.
  const cookie = document.cookie.match(/(?:^|; )fluxsite_csrf=([^;]+)/)
  if (cookie && detail.parameters.csrfmiddlewaretoken) detail.parameters.csrfmiddlewaretoken = cookie[1]
})

document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail
  if (!xhr.responseURL || new URL(xhr.responseURL).pathname !== SIGN_IN) return
  event.detail.shouldSwap = false
  say("You are signed out. What you have typed is still here.", { href: SIGN_IN, text: "Sign in" })
})

document.addEventListener("htmx:responseError", (event) => {
  if (isPoll(event)) return
  const { status } = event.detail.xhr
  say(WORDS[status] ?? "Something broke on our side. What you have typed is still here; try again in a minute.")
})

for (const type of ["htmx:sendError", "htmx:timeout"]) document.addEventListener(type, (event) => {
  if (!isPoll(event)) say("There is no connection to the site. What you have typed is still here.")
})
