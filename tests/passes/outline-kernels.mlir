// RUN: loup-opt %s --outline-kernels | FileCheck %s
// RUN: loup-opt %s --outline-kernels=autoscheduled | FileCheck %s --check-prefix=MARKED

// MARKED: func.func private {{.*}} attributes {loup.autoscheduled, loup.kernel}
// MARKED-NOT: attributes {loup.kernel}

!s = tensor<?x?x8xf32, #loup.axes<batch, source, width>>
!t = tensor<?x?x8xf32, #loup.axes<batch, target, hidden>>

// Both sides call one kernel, whose axes have general names.
// CHECK-LABEL: func.func @both
// CHECK: loup.call @relu(%arg0)
// CHECK: loup.call @relu(%arg1)
// CHECK: func.func private @relu(%arg0: tensor<?x?x8xf32, #loup.axes<batch, time, i>>)
// CHECK-SAME: loup.kernel
// CHECK-NOT: func.func private
func.func @both(%x: !s, %y: !t) -> (!s, !t) {
  %a = loup.relu %x : !s
  %b = loup.relu %y : !t
  return %a, %b : !s, !t
}
