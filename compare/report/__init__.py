"""The report: one HTML file that shows a comparison, explains each Keras line, and lets its reader draw a digit.

lines.py      the Keras lines, read from keras_ref's own source, and the words in them that need explaining
guide.py      the rows: which function of scratch computes each word, and the value that both sides get
values.py     those values, measured on both sides and held to their bounds
sources.py    formula, first sentence and source, read from the live function
mathml.py     a formula to MathML
terminal.py   the guide in a terminal
findings.py   what the trained perceptron answers: outputs, confusion, mistakes
figures.py    the curves, the weights and the histograms
embedded.py   the numbers that the page's own JavaScript computes with
page.py       all of it put into the templates
notebook.py   what a comparison shows in a notebook
templates/    the page; weights.js, drawing.js, perceptron.js and draw.js are its program
"""
