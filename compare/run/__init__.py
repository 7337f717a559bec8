"""The math behind a script of the reader's own: ``python -m compare run script.py``, and ``guide script.py``.

The script is executed once, unchanged, in a process of its own, by Keras itself. ``compile``, ``fit``, ``evaluate`` and
``predict`` are watched: at each call the same model is built on scratch from what Keras's model says of itself, starts
from the same weights, is given the same batches in the same order, drawn here and handed to both, and is held against
Keras epoch by epoch. The other way, running the script twice with the imports exchanged, was not taken: whatever the
script does beside Keras (files, random numbers, plots, minutes of preparing data) would happen twice and could come out
differently, and one line that scratch lacks would end it all. So a script can always run to its end, and what cannot be
compared is one call, with its reason, and not the script. What a callback decides (to stop, to lower the learning
rate) it decides once, by Keras's numbers; the runs of scratch follow, for as many epochs and at the same rates.

source.py        a script, or a notebook's cells, as one text that knows where each line stands
findings.py      what the watching process tells the other: plain data
process.py       starts the script, hears what it finds, ends it where it takes too long
worker.py        runs in the script's process: stand-ins, watching, then the script
replacing.py     something else in the place of an attribute, for a while
stand_ins.py     what answers for logging services, plots and data sets
watching.py      Keras's methods, each with what happens when a script calls it
requests.py      the arguments of a call, as arrays
keras_models.py  a model of Keras's as a recipe
numpy_side.py    the weights and optimizers of scratch's runs, from one call to the next
following.py     scratch's runs beside a fit of Keras's; the checks of each call
outcome.py       all calls together: the verdict, and result.json
keras_calls.py   the Keras calls in a script's text
guide.py         a row for each of them: sentence, formula, source, value
terminal.py      all of it in a terminal
page.py          and as a page
"""
