# en: A loss as rubber bands
# zh: 把损失看作橡皮筋
import tinygrad_edu as tg

# en: Each band pulls a prediction towards its target; drag the sliders.
# zh: 每根橡皮筋把预测拉向目标；拖动滑块试试。
tg.rubber_band([0.1, 0.8], [1.0, 0.0], classes=["bird", "dog"])
