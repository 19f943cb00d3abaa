# en: Who made the coffee bitter?
# zh: 咖啡是谁弄苦的？
from tinygrad_edu import Value
import tinygrad_edu as tg

beans, roast = Value(1.2, "beans"), Value(0.9, "roast")
minutes, milk = Value(4.0, "minutes"), Value(0.5, "milk")
strength = beans * roast
strength.name = "strength"
extraction = tg.sigmoid(minutes - 3.0) * strength
extraction.name = "extraction"
bitter = extraction * 2.0 - milk
bitter.name = "bitter"
taste = tg.square(bitter - 0.4)
taste.name = "taste"
taste.backward()

# en: The blame of each: how much worse the taste gets if it grows a little.
# zh: 各自的责任：它稍微增大一点，味道会变差多少。
for cause in (beans, roast, minutes, milk):
    print(f"{cause.name:8} {cause.grad:+.3f}")
tg.play(taste)
