# en: Fan-out: one value used twice
# zh: 扇出：一个值用两次
from tinygrad_edu import Value
import tinygrad_edu as tg

# en: x reaches the result over two edges, so two contributions add up in x.grad.
# zh: x 经过两条边影响结果，所以两份贡献在 x.grad 里相加。
x = Value(3.0, "x")
y = x * x + x
y.backward()
print("x.grad =", x.grad, "= 2x + 1")
display(tg.paths(y, x))
tg.draw(y, edges="contribution")
