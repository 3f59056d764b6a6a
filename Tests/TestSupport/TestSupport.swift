import Talea
