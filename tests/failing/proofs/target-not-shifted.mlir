// A description cannot leave out the shift; a program written by hand can.

!tokens = tensor<?x?xi32, #loup.axes<batch, target>>
!lengths = tensor<?xi32, #loup.axes<batch>>
!q = tensor<?xi32, #loup.axes<target>>
!k = tensor<?xi32, #loup.axes<target_key>>
!table = tensor<8x8xf32, #loup.axes<words, width>>
!hidden = tensor<?x?x8xf32, #loup.axes<batch, target, width>>
!keys = tensor<?x?x8xf32, #loup.axes<batch, target_key, width>>
!scores = tensor<?x?x?xf32, #loup.axes<batch, target, target_key>>
!logits = tensor<?x?x8xf32, #loup.axes<batch, target, words>>
!losses = tensor<?x?xf32, #loup.axes<batch, target>>

func.func @loss(%target: !tokens, %n: !lengths, %words: !table) -> !losses {
  %q = loup.positions : !q
  %k = loup.positions : !k
  %x = loup.lookup %words along "words" at %target : !table, !tokens -> !hidden
  %keys = loup.rename %x : !hidden -> !keys
  %scores = loup.product %x, %keys : !hidden, !keys -> !scores
  %mask = loup.mask <"causal"> queries %q keys %k lengths %n : !q, !k, !lengths -> !scores
  %visible = loup.add_mask %scores, %mask : !scores, !scores
  %weights = loup.softmax %visible : !scores
  %y = loup.product %weights, %keys : !scores, !keys -> !hidden
  %logits = loup.product %y, %words : !hidden, !table -> !logits
  %losses = loup.cross_entropy %logits, %target where %q < %n smoothing 0.0
      : !logits, !tokens, !q, !lengths -> !losses
  return %losses : !losses
}
