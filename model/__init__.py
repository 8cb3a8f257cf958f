"""The bundled U2-Net: training, prediction and evaluation; the only room that imports torch."""
