"""With this room one can play with a computation on a page: in a notebook, or in any browser."""

from .bands import RubberBands as RubberBands
from .bands import rubber_band as rubber_band
from .player import Player as Player
from .player import play as play
from .practising import Practice as Practice
from .practising import practice as practice
from .predicting import Prediction as Prediction
from .predicting import predict as predict
from .slackening import SlackeningBands as SlackeningBands
