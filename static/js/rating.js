// How many stars a picture has got is said aloud in the viewer.
document.addEventListener("picture-rated", ({ detail }) => {
  const status = document.getElementById("viewer-status")
  if (status) status.textContent = detail.words
})
