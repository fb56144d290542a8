// The reader chooses the length at which masks are drawn.
const lengths = document.getElementById("lengths");
lengths.hidden = false;
lengths.addEventListener("change", event => {
  for (const picture of document.querySelectorAll(".at-length"))
    picture.hidden = picture.dataset.length !== event.target.value;
});
