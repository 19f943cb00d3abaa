# en: A neuron
# zh: 一个神经元
from tinygrad_edu import Value
import tinygrad_edu as tg

w, x, b = Value(0.5, "w"), Value(2.0, "x"), Value(-1.5, "b")
y = tg.tanh(w * x + b)
y.name = "y"
y.backward()
print("∂y/∂w =", w.grad)

# en: The last line is shown: a player. Turn its knobs.
# zh: 最后一行的结果会显示出来：一个播放器。转一转它的旋钮。
tg.play(y)
