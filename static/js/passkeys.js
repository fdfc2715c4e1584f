// Buttons for passkeys are there where the browser knows passkeys; what goes wrong is told in words.
if (window.PublicKeyCredential) for (const button of document.querySelectorAll("[data-passkey]")) button.hidden = false
else for (const note of document.querySelectorAll("[data-no-passkey]")) note.hidden = false

document.addEventListener("allauth.error", (event) => {
  event.preventDefault()
  document.dispatchEvent(new CustomEvent("toast", { detail: { text: words(event.detail.exception), danger: true } }))
})

const words = ({ name }) => {
  if (name === "NotAllowedError") return "No passkey was used: it was cancelled, or took too long."
  if (name === "InvalidStateError") return "This device has a passkey for your account already."
  if (name === "SecurityError") return "The browser allows passkeys on pages that come by HTTPS only."
  return "The passkey could not be used. Try again, or take another way."
}
