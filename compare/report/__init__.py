"""The report: one HTML file that shows a comparison, explains each Keras line, and lets its reader draw a digit.

keras_lines.py   the lines of keras_ref, read from its own source, and the words in them that need explaining
guide.py         the rows: which function of scratch computes each word, and the value that both sides get
guide_values.py  those values, measured on both sides and held to their bounds
mathml.py        a formula to MathML
predictions.py   what the trained perceptron answers: outputs, confusion, mistakes
figures.py       the curves, the weights and the histograms
page_data.py     the numbers that the page's own JavaScript computes with
page.py          all of it put into the templates
terminal.py      a comparison, and the guide, in a terminal
notebook.py      what a comparison shows in a notebook
templates/       the page; weights.js, drawing.js, perceptron.js and draw.js are its program
"""
