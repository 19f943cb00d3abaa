# en: A derivative of your own, checked
# zh: 检查你自己写的导数
import tinygrad_edu as tg

# en: softsign: x / (1 + |x|). Is its derivative right? Change it and run again.
# zh: softsign：x / (1 + |x|)。它的导数写对了吗？改一改，再运行。
softsign = tg.Op("softsign", lambda x: x / (1 + abs(x)), lambda y, x: (1 - abs(y),))

try:
    report = tg.check_grads(lambda x: softsign(x) * 2, (0.7,))
except tg.errors.GradientMismatch as mismatch:
    report = mismatch
    display(mismatch.drawing)
print(report)

# en: The right one is the square: (1 - abs(y)) ** 2.
# zh: 正确的是它的平方：(1 - abs(y)) ** 2。
