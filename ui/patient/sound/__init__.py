"""What is heard: tones, and the instructions of each page in a spoken voice. It never holds up a frame."""
